import { Client, cacheExchange, fetchExchange } from 'urql';
import { token } from './token';

/** The one GraphQL client. Answers are cached by document; a mutation refreshes what shows the type it changed. */
export function makeClient(fetch?: typeof globalThis.fetch): Client {
  return new Client({
    url: '/graphql',
    fetch,
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: () => {
      const held = token();
      return held ? { headers: { authorization: `Bearer ${held}` } } : {};
    },
  });
}
