/** A clock that stands still: `fixedClock("2026-01-31T12:00:00.000Z")`. */
export const fixedClock = (iso: string): (() => Date) => {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) throw new Error(`"${iso}" is not a time: expected ISO 8601, such as 2026-01-31T12:00:00.000Z`);
  return () => new Date(time);
};
