"""Service network design in continuous time: freight consolidated on vehicles that may leave at any minute."""
