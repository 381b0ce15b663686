"""What every other room is made of: table schemas, rules, reasons, and one municipality's file as typed data."""
