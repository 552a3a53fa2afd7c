"""The messages of Mattermost's plugin API and hooks: one module for each .proto file of the contract."""
