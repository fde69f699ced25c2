/** How far a rebuild has come, in one line. */
import type { RebuildProgress } from "@parley/projections/Rebuilds"

const cells = 24
const minute = 60
const hour = 3_600

/** `42 s`, `3 min 5 s`, `2 h 10 min`. */
export const timeLeft = (seconds: number): string => {
  const whole = Math.ceil(seconds)
  if (whole < minute) return `${whole} s`
  if (whole < hour) return `${Math.floor(whole / minute)} min ${whole % minute} s`
  return `${Math.floor(whole / hour)} h ${Math.floor((whole % hour) / minute)} min`
}

export const progressBar = (progress: RebuildProgress): string => {
  const { projection, applied, total, rate_per_second, eta_seconds } = progress
  const share = total <= 0 ? 1 : Math.min(1, applied / total)
  const done = Math.floor(share * cells)
  const bar = `${"█".repeat(done)}${"░".repeat(cells - done)}`
  const left = eta_seconds === undefined ? "" : `, ${timeLeft(eta_seconds)} left`
  const rate = Math.round(rate_per_second).toLocaleString("en")
  return `${projection} ${bar} ${Math.floor(share * 100)} %  ${applied.toLocaleString("en")} of ${total.toLocaleString("en")}, ${rate}/s${left}`
}
