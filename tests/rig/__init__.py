"""What the tests run on: real servers on free ports, started and stopped by the tests."""
