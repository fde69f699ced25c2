/** CPU of another process, by thread, from /proc (Linux). Ticks are 10 ms: measure over seconds. */
import { readdirSync, readFileSync } from "node:fs"

const usPerTick = 10_000

const ticksOf = (stat: string): number => {
  // The command name may hold spaces: fields are counted from its closing bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return Number(fields[11]) + Number(fields[12])
}

/** Microseconds of CPU since the process began, user and system. */
export const cpuUs = (pid: number): number => ticksOf(readFileSync(`/proc/${pid}/stat`, "utf8")) * usPerTick

/** The same for each thread, by thread id. */
export const threadCpuUs = (pid: number): ReadonlyMap<number, { name: string; us: number }> => {
  const threads = new Map<number, { name: string; us: number }>()
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, "utf8")
    const name = readFileSync(`/proc/${pid}/task/${tid}/comm`, "utf8").trim()
    threads.set(Number(tid), { name, us: ticksOf(stat) * usPerTick })
  }
  return threads
}
