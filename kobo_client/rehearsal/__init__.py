"""A register to rehearse on: a real HTTP server on loopback that keeps the contract. Imports nothing heavy."""
