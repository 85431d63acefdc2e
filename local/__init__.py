"""What makes one machine behave like the cloud: stand-ins and people's commands, never deployed."""
