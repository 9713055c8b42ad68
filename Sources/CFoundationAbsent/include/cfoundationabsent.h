// Nothing is called from here: linking the target is what it is for (absent.c).
