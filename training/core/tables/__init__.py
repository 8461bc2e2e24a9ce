"""Reading the tables that a site brings, whatever wrote them, into one plain form (I2)."""
