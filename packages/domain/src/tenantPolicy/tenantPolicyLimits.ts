export const maxReminders = 10;
