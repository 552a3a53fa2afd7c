"""What plugins need not know. `wrappers` is the exception: its classes are what the API methods take and return."""
