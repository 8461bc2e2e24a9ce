"""What all apps share: refusals, permissions, audit, transactions, words. It knows no model of theirs."""
