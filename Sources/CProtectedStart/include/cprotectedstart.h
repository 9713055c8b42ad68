// Nothing is called from here: linking the target is what it is for (protected_start.c).
