"""Snapshots on disk: byte for byte, written whole or not at all.

    <host>/<scope>-<biz>/<task_id>/<as_of>.json           the answer as it came
                                   <as_of>.meta.json      where it came from, its SHA-256
                                   pipeline_tree.json     the task's flow, if it was asked for
                                   histories.json         attempts by node, if asked for
                                   operate_records.json   who did what, if asked for
                                   node_logs.json         logs of failed nodes, if asked for
                                   refusals.json          calls that were refused at the last fetch
                                   answers.tar.xz         all of these, where the task is packed

People may read and copy the folder; nothing but these files is needed to make a report again.
"""
