// A real OpenID provider for tests: node provider.mjs PORT PEOPLE REDIRECT_URI
//
// PEOPLE is a file, read anew for every request: {"u1": {"preferred_username": "ada", "groups": ["safety"]}}. Who is not in
// it any more has left the company. Refresh tokens are exchanged at each use, as the strictest providers do it.

import fs from "node:fs";
import { Provider } from "oidc-provider";

const [port, people, redirect] = process.argv.slice(2);
const person = (id) => JSON.parse(fs.readFileSync(people, "utf8"))[id];
const HOURS = 3600;

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "siteproof",
      client_secret: "a secret of thirty-two characters and more",
      redirect_uris: [redirect],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic",
    },
  ],
  claims: {
    openid: ["sub"],
    profile: ["name", "preferred_username", "given_name", "family_name", "groups"],
    email: ["email", "email_verified"],
    auth_time: null,
  },
  cookies: { keys: ["of a test"] },
  features: { devInteractions: { enabled: true } },
  findAccount: async (_context, id) => person(id) && { accountId: id, claims: async () => ({ sub: id, ...person(id) }) },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  pkce: { required: () => true },
  ttl: { AccessToken: 300, Grant: 12 * HOURS, IdToken: 300, Interaction: 600, RefreshToken: 12 * HOURS, Session: 12 * HOURS },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("up"));
