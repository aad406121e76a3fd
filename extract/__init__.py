"""What is printed: one reader per format, each giving the same ``Document``. It knows no form and no label of one."""
