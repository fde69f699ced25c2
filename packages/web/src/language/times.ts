/** Moments as a person reads them, in the language of the page and his time zone. `at` and `now` in milliseconds since 1970. */
import { language, texts } from "./language.ts"

const formats = {
  time: { hour: "numeric", minute: "2-digit" },
  weekday: { weekday: "long" },
  shortWeekday: { weekday: "short" },
  date: { day: "numeric", month: "long" },
  shortDate: { day: "numeric", month: "short" },
  fullDate: { day: "numeric", month: "long", year: "numeric" },
  moment: { dateStyle: "full", timeStyle: "medium" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

const made = new Map<string, Intl.DateTimeFormat>()

/** A format costs more to make than a thousand moments to write. The browser's region counts where its language is the page's. */
const format = (name: keyof typeof formats): Intl.DateTimeFormat => {
  const spoken = language()
  const key = `${spoken}/${name}`
  let one = made.get(key)
  if (one === undefined) {
    const locale = navigator.language.startsWith(spoken) ? navigator.language : spoken
    one = new Intl.DateTimeFormat(locale, formats[name])
    made.set(key, one)
  }
  return one
}

export const timeOfDay = (at: number): string => format("time").format(at)

export const fullMoment = (at: number): string => format("moment").format(at)

/** Equal for two moments of one day. */
export const dayOf = (at: number): string => new Date(at).toDateString()

export const dayName = (at: number, now: number): string => {
  const days = daysAgo(at, now)
  if (days === 0) return texts.today
  if (days === 1) return texts.yesterday
  if (days > 1 && days < 7) return format("weekday").format(at)
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return format(thisYear ? "date" : "fullDate").format(at)
}

/** For a list: the time today, the weekday in the last week, else the date. */
export const shortMoment = (at: number, now: number): string => {
  const days = daysAgo(at, now)
  if (days <= 0) return format("time").format(at)
  return format(days < 7 ? "shortWeekday" : "shortDate").format(at)
}

const daysAgo = (at: number, now: number): number => Math.round((midnight(now) - midnight(at)) / 86_400_000)

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0)
