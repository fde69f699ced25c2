/** One thing that was examined, and what came of it. */
export interface Finding {
  readonly check: string
  readonly status: "ok" | "warn" | "fail"
  /** One sentence. Never a secret. */
  readonly detail: string
  /** There unless all is well. */
  readonly remedy?: string
}

export const ok = (check: string, detail: string): Finding => ({ check, status: "ok", detail })
export const warn = (check: string, detail: string, remedy: string): Finding => ({
  check,
  status: "warn",
  detail,
  remedy,
})
export const fail = (check: string, detail: string, remedy: string): Finding => ({
  check,
  status: "fail",
  detail,
  remedy,
})
