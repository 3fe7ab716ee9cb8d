// An OpenID Connect provider for the tests: a real one, with a few people, on a free port of this machine.
// Its own sign-in page asks for a name only. `POST /mint` signs whatever it is given, with the provider's key or
// another one, so that tokens can be made as a provider should not make them.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import Provider, { interactionPolicy } from 'oidc-provider';

const people = {
  ada: { email: 'ada@example.org', email_verified: true, name: 'Ada', groups: ['board-members'] },
  ben: { email: 'ben@example.org', email_verified: true, name: 'Ben', groups: [] },
  cy: { email: 'cy@example.org', email_verified: true, name: 'Cy', groups: [] },
  // Many groups, as of a large organisation: the cookie of her sign-in comes in pieces.
  dee: {
    email: 'dee@example.org',
    email_verified: true,
    name: 'Dee',
    groups: [...Array.from({ length: 150 }, () => crypto.randomUUID()), 'board-members'],
  },
  eve: { email: 'ada@example.org', email_verified: false, name: 'Eve', groups: [] },
};
const API = 'https://copse.example.org/api'; // the audience of tokens for programs
const SECRET = 'the secret of the tests';

const [own, other] = await Promise.all(['own', 'other'].map(() => generateKeyPair('RS256', { extractable: true })));
const published = { ...(await exportJWK(own.privateKey)), kid: 'own', use: 'sig', alg: 'RS256' };

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const policy = interactionPolicy.base();
policy.get('consent').checks.remove('native_client_prompt');
policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'copse',
      client_secret: SECRET,
      application_type: 'native', // then any port of this machine will do
      redirect_uris: ['http://127.0.0.1/oauth2callback'],
      post_logout_redirect_uris: ['http://127.0.0.1/oauth2callback'],
    },
    {
      client_id: 'robot',
      client_secret: SECRET,
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
    },
  ],
  jwks: { keys: [published] },
  cookies: { keys: ['a key of the tests'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  interactions: { policy, url: (_, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_, client) => (client.clientId === 'robot' ? API : undefined),
      getResourceServerInfo: () => ({ scope: '', audience: API, accessTokenFormat: 'jwt' }),
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = `${form}<button type="submit" form="op.logoutForm" name="logout" value="yes">Leave</button>`;
      },
    },
  },
  findAccount: (_, id) =>
    people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  // Nobody is asked whether Copse may know who they are.
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
});

const form = '<form method="post"><label>Name <input name="who" autofocus></label><button>Enter</button></form>';

async function interact(request, response) {
  const who = new URLSearchParams(await read(request)).get('who');
  if (request.method !== 'POST' || !(who === 'nobody' || people[who])) {
    response.setHeader('content-type', 'text/html').end(`<title>Provider</title>${form}`);
    return;
  }
  const result =
    who === 'nobody' ? { error: 'access_denied' } : { login: { accountId: who }, select_account: {} };
  await provider.interactionFinished(request, response, result);
}

async function mint(request, response) {
  const { claims, key = 'own', header = {} } = JSON.parse(await read(request));
  const token =
    key === 'none'
      ? new UnsecuredJWT(claims).encode()
      : await new SignJWT(claims)
          .setProtectedHeader({ alg: 'RS256', kid: 'own', typ: 'JWT', ...header })
          .sign({ own, other }[key].privateKey);
  response.end(token);
}

async function read(request) {
  let body = '';
  for await (const part of request) body += part;
  return body;
}

const handle = provider.callback();
server.on('request', (request, response) => {
  if (request.url.startsWith('/interaction/')) return interact(request, response);
  if (request.url === '/favicon.ico') return response.writeHead(204).end();
  if (request.url === '/mint') return mint(request, response);
  return handle(request, response);
});
console.log(issuer);
