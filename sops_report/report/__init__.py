"""`Analysis` → `Report`: chosen, worded and counted; no markup and no DataFrame inside."""
