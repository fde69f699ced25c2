/** How a command ends. `start` and a configuration that is not usable have the codes of the gateway's `explain.ts`. */
export const exitCodes = { done: 0, failed: 1, usage: 2, configuration: 78, interrupted: 130 } as const
