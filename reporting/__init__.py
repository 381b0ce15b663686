"""What people open, in bokmål: progress, forecast, deviations, workbooks. Typed data first, rendered second."""
