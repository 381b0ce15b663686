"""What all other rooms use: table schemas, rules, reasons, and one municipality's file as typed data."""
