/**
 * Signing in without a password, for a development server.
 *
 * Not for: anything that strangers can reach. A server answers `not_found` unless its development login is on.
 */
import { bodyOrProblem, requestJson } from "./Api.ts"
import { type Platform, platform as realPlatform } from "./Platform.ts"

export interface DevLogin {
  readonly access_token: string
  readonly user_id: string
  readonly expires_at: string
}

export const devLogin = async (
  url: string,
  person: { readonly userId: string; readonly name?: string },
  platform: Platform = realPlatform,
): Promise<DevLogin> => {
  const { name, userId } = person
  const answer = await requestJson(platform, `${url}/v1/dev/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user_id: userId, ...(name ? { name } : {}) }),
  })
  return bodyOrProblem(answer) as DevLogin
}
