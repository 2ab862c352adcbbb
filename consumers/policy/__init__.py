"""What an administrator lets apps do: ceilings on tools, and who may use an app."""
