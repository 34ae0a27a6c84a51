"""What every service needs from the machine under it: the service manager's ear, and the log."""
