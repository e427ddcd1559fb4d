/** The reader's locale decides how times, numbers and money are written. A time always says its zone. */
const timeFormat = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });
const numberFormat = new Intl.NumberFormat();
const shareFormat = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export const formatTime = (time: string | null): string => (time === null ? "never" : timeFormat.format(new Date(time)));
export const formatClock = (time: string): string => clockFormat.format(new Date(time));
export const formatDay = (day: string): string => dayFormat.format(new Date(`${day}T00:00:00Z`));
export const formatNumber = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : numberFormat.format(value);
export const formatShare = (part: number, whole: number): string => (whole === 0 ? "–" : shareFormat.format(part / whole));

export const formatMoney = (amount: number, currency: string): string => {
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(amount);
  } catch {
    return `${numberFormat.format(amount)} ${currency}`;
  }
};

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

export const formatAgo = (time: string, now = Date.now()): string => {
  const passed = now - new Date(time).getTime();
  const [unit, size] = units.find(([, each]) => Math.abs(passed) >= each) ?? ["second", 1_000];
  return relativeFormat.format(-Math.round(passed / size), unit);
};

export const formatMinutes = (minutes: number): string => {
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60), minutes % 60];
  const said = [
    ...(days > 0 ? [`${days} ${days === 1 ? "day" : "days"}`] : []),
    ...(hours > 0 ? [`${hours} h`] : []),
    ...(rest > 0 ? [`${rest} min`] : []),
  ];
  return said.length === 0 ? "0 min" : said.join(" ");
};

/** Turns `ItemAddedToCart` or `reason_code` into words. */
export const toWords = (name: string): string => {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
