/** A clock that stands still: `fixedClock("2026-01-31T12:00:00.000Z")`. */
export const fixedClock = (iso: string): (() => Date) => {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) throw new Error(`"${iso}" is not an ISO 8601 date and time`);
  return () => new Date(time);
};
