"""What the rules of the generated client and wrappers cannot know, by area."""
