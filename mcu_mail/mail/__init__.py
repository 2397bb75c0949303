"""The door to the post office: IMAP, SMTP, what a mail says, and the words of our own mails."""
