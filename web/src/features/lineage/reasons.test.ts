import { expect, test } from 'vitest';
import { reasonTexts } from './reasons';

const reason = (code: string, count = 0, message = code) => ({ code, message, count });

test.each([
  [[], []],
  [[reason('UNPARSED_QUERY', 1)], ['queries of 1 job could not be read in full']],
  [[reason('UNPARSED_QUERY', 3), reason('UNPARSED_QUERY', 2)], ['queries of 3 jobs could not be read in full']],
  [[reason('NODE_LIMIT', 40)], ['the answer was cut at its size limit, at least 40 more exist']],
  [[reason('NEW_CODE', 1, 'something else')], ['something else']],
])('%j', (reasons, expected) => expect(reasonTexts(reasons)).toEqual(expected));
