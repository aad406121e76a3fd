"""What it means: forms as data, alignment of labels, identity, checks. Document in, reports out."""
