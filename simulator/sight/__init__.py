"""What the street looks like: the camera on the pole, drawn people and vehicles, light and weather."""
