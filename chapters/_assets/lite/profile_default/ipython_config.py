c.InteractiveShellApp.extensions = ["browser_kernel"]  # noqa: F821
