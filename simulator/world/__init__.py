"""A street as data and time: who walks, drives, shouts and what happens when, from one seed."""
