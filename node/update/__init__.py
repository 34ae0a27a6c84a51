"""PROCESS 3: installs what the network side spooled, after checking it. No network, no devices."""
