// Serves the built page and a made-up estate over GraphQL, for work on the page without a Headwater server.
//   npm run mock -- [--port 4180] [--dist DIR] [--empty] [--slow MS]

import { readFile, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { buildSchema, graphql } from 'graphql';
import { addWideTable, makeEmptyEstate, makeEstate } from './estate.mjs';
import { makeResolvers } from './resolvers.mjs';

const here = new URL('..', import.meta.url).pathname;
const flag = (name) => process.argv.includes(`--${name}`);
const value = (name, otherwise) => (flag(name) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : otherwise);
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data:; font-src 'self' data:";

const schema = buildSchema(readFileSync(join(here, 'schema.graphql'), 'utf8'));
const rootValue = makeResolvers(flag('empty') ? makeEmptyEstate() : addWideTable(makeEstate(), 5000));
const slow = Number(value('slow', 0));
const dist = value('dist', join(here, 'dist'));

async function answer(request, response) {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { query, variables, operationName } = JSON.parse(body);
  const result = await graphql({ schema, source: query, rootValue, variableValues: variables, operationName });
  await new Promise((done) => setTimeout(done, slow));
  response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'mock-1' });
  response.end(JSON.stringify(result));
}

function file(path, response) {
  const name = normalize(path).replace(/^(\.\.[/\\])+/, '');
  readFile(join(dist, name), (error, bytes) => {
    if (error && extname(name)) return response.writeHead(404).end();
    if (error || name === '/') return file('/index.html', response);
    response.writeHead(200, {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    });
    response.end(bytes);
  });
}

const port = Number(value('port', 4180));
createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/graphql' && request.method === 'POST') return answer(request, response);
  return file(pathname, response);
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
