/** Moments as a person reads them, in his own language and time zone. `at` and `now` in milliseconds since 1970. */

const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" })
const shortWeekday = new Intl.DateTimeFormat(undefined, { weekday: "short" })
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" })
const shortDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" })
const fullDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" })
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" })

export const timeOfDay = (at: number): string => time.format(at)

export const fullMoment = (at: number): string => moment.format(at)

/** Equal for two moments of one day. */
export const dayOf = (at: number): string => new Date(at).toDateString()

export const dayName = (at: number, now: number): string => {
  const days = daysAgo(at, now)
  if (days === 0) return "Today"
  if (days === 1) return "Yesterday"
  if (days > 1 && days < 7) return weekday.format(at)
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? date.format(at) : fullDate.format(at)
}

/** For a list: the time today, the weekday in the last week, else the date. */
export const shortMoment = (at: number, now: number): string => {
  const days = daysAgo(at, now)
  if (days <= 0) return time.format(at)
  return days < 7 ? shortWeekday.format(at) : shortDate.format(at)
}

const daysAgo = (at: number, now: number): number => Math.round((midnight(now) - midnight(at)) / 86_400_000)

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0)
