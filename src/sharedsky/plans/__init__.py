"""Plans and zones as the parties exchange them, and the scope of what may be in them. Pure."""
