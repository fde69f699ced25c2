/**
 * A CPU cgroup (Linux, version 1 or 2; by root) that holds processes to a share of one core.
 *
 * Always true: `remove` leaves no group behind; its processes must have ended by then, or they go back to the group above.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = "/sys/fs/cgroup"
const periodUs = 100_000

export interface CpuGroup {
  readonly add: (pid: number) => void
  readonly remove: () => void
}

/** @param share of one core: 0.25 is a quarter. Throws where no group can be made. */
export const cpuGroup = (name: string, share: number): CpuGroup => {
  const second = existsSync(join(root, "cgroup.controllers"))
  const above = second ? root : join(root, "cpu")
  const group = join(above, `parley-${process.pid}-${name}`)
  if (second && !readFileSync(join(root, "cgroup.subtree_control"), "utf8").includes("cpu"))
    writeFileSync(join(root, "cgroup.subtree_control"), "+cpu")
  mkdirSync(group)
  const quotaUs = Math.round(share * periodUs)
  if (second) writeFileSync(join(group, "cpu.max"), `${quotaUs} ${periodUs}`)
  else {
    writeFileSync(join(group, "cpu.cfs_period_us"), `${periodUs}`)
    writeFileSync(join(group, "cpu.cfs_quota_us"), `${quotaUs}`)
  }
  return {
    add: (pid) => writeFileSync(join(group, "cgroup.procs"), `${pid}`),
    remove: () => {
      for (const pid of readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean))
        writeFileSync(join(above, "cgroup.procs"), pid)
      rmdirSync(group)
    },
  }
}
