/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Suggest($text: String!) {\n    suggest(text: $text, first: 8) {\n      id\n      kind\n      namespace\n      name\n      dataset\n      tags\n    }\n  }\n": typeof types.SuggestDocument,
    "\n  fragment ColumnRow on Column {\n    id\n    name\n    path\n    type\n    declared\n    upstreamCount\n    downstreamCount\n    description {\n      value\n    }\n    tags {\n      key\n      value\n    }\n  }\n": typeof types.ColumnRowFragmentDoc,
    "\n  query DatasetPage($namespace: String!, $name: String!) {\n    dataset(namespace: $namespace, name: $name) {\n      id\n      columnCount\n      upstreamCount\n      downstreamCount\n      ...DatasetHeader\n      ...DatasetOverview\n    }\n  }\n": typeof types.DatasetPageDocument,
    "\n  fragment DatasetFacts on Dataset {\n    type\n    platform\n    namespace\n    name\n    lifecycle\n    columnCount\n    reportedAs {\n      namespace\n      name\n    }\n    source {\n      name\n      uri\n    }\n    since {\n      number\n      at\n    }\n    statistics {\n      name\n      value\n      at\n      direction\n    }\n  }\n": typeof types.DatasetFactsFragmentDoc,
    "\n  fragment DatasetHeader on Dataset {\n    id\n    namespace\n    name\n    type\n    platform\n    dropped\n    lifecycle\n    upstreamCount\n    downstreamCount\n    owners {\n      ...OwnerEntry\n    }\n    tags {\n      ...TagEntry\n    }\n  }\n": typeof types.DatasetHeaderFragmentDoc,
    "\n  query DatasetHistory($id: ID!) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        history(first: 100) {\n          revision {\n            number\n            at\n          }\n          until {\n            number\n          }\n          changed\n        }\n      }\n    }\n  }\n": typeof types.DatasetHistoryDocument,
    "\n  fragment DatasetOverview on Dataset {\n    id\n    description {\n      ...DescriptionText\n    }\n    facets {\n      name\n      value\n    }\n    ...WhereFrom\n    ...Quality\n    ...DatasetFacts\n  }\n": typeof types.DatasetOverviewFragmentDoc,
    "\n  fragment Quality on Dataset {\n    assertions {\n      assertion\n      column\n      success\n      severity\n      at\n    }\n  }\n": typeof types.QualityFragmentDoc,
    "\n  query DatasetRuns($id: ID!, $first: Int!) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        runs(first: $first) {\n          nodes {\n            id\n            ...RunRow\n          }\n          pageInfo {\n            hasNextPage\n          }\n        }\n      }\n    }\n  }\n": typeof types.DatasetRunsDocument,
    "\n  fragment WhereFrom on Dataset {\n    id\n    producers {\n      id\n      namespace\n      name\n      integration\n      inputs {\n        id\n        namespace\n        name\n      }\n      query {\n        text\n        dialect\n      }\n      latestRun {\n        id\n        state\n        startedAt\n        endedAt\n      }\n    }\n    consumers {\n      id\n      namespace\n      name\n      integration\n    }\n  }\n": typeof types.WhereFromFragmentDoc,
    "\n  query DatasetColumns($id: ID!, $first: Int!, $after: String, $match: String) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        columns(first: $first, after: $after, match: $match) {\n          totalCount\n          nodes {\n            id\n            name\n            path\n            ...ColumnRow\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n        }\n      }\n    }\n  }\n": typeof types.DatasetColumnsDocument,
    "\n  query RejectedEvents($first: Int!) {\n    rejectedEvents(first: $first) {\n      totalCount\n      nodes {\n        id\n        receivedAt\n        accepted\n        code\n        path\n        message\n        body\n      }\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n": typeof types.RejectedEventsDocument,
    "\n  fragment EstateCounts on Estate {\n    revision {\n      number\n      at\n    }\n    datasets\n    columns\n    jobs\n    runs\n    edges\n    events\n    rejected\n  }\n": typeof types.EstateCountsFragmentDoc,
    "\n  fragment Namespaces on Estate {\n    namespaces {\n      name\n      platform\n      datasets\n      jobs\n    }\n  }\n": typeof types.NamespacesFragmentDoc,
    "\n  query Home {\n    estate {\n      datasets\n      jobs\n      ...EstateCounts\n      ...Namespaces\n    }\n    failed: recentRuns(first: 4, state: FAILED) {\n      id\n      ...RunRow\n    }\n    recent: recentRuns(first: 8) {\n      id\n      ...RunRow\n    }\n  }\n": typeof types.HomeDocument,
    "\n  query JobPage($namespace: String!, $name: String!, $runs: Int!) {\n    job(namespace: $namespace, name: $name) {\n      id\n      namespace\n      name\n      processingType\n      integration\n      jobType\n      sourceLocation\n      description {\n        ...DescriptionText\n      }\n      owners {\n        ...OwnerEntry\n      }\n      tags {\n        ...TagEntry\n      }\n      query {\n        text\n        dialect\n      }\n      sourceCode {\n        language\n        code\n      }\n      parent {\n        namespace\n        name\n      }\n      inputs {\n        id\n        namespace\n        name\n      }\n      outputs {\n        id\n        namespace\n        name\n      }\n      latestRun {\n        state\n        startedAt\n        endedAt\n      }\n      runs(first: $runs) {\n        nodes {\n          id\n          ...RunRow\n        }\n        pageInfo {\n          hasNextPage\n        }\n      }\n      facets {\n        name\n        value\n      }\n    }\n  }\n": typeof types.JobPageDocument,
    "\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      id\n      runId\n      state\n      startedAt\n      endedAt\n      durationMs\n      nominalStart\n      nominalEnd\n      parentRunId\n      parentJob {\n        namespace\n        name\n      }\n      error\n      stackTrace\n      job {\n        namespace\n        name\n      }\n      inputs {\n        id\n        namespace\n        name\n      }\n      outputs {\n        id\n        namespace\n        name\n      }\n      events {\n        type\n        at\n      }\n      facets {\n        name\n        value\n      }\n    }\n  }\n": typeof types.RunPageDocument,
    "\n  query RecentRuns($first: Int!, $state: RunState) {\n    recentRuns(first: $first, state: $state) {\n      id\n      ...RunRow\n    }\n  }\n": typeof types.RecentRunsDocument,
    "\n  fragment FacetValues on FacetCounts {\n    field\n    values {\n      value\n      count\n    }\n  }\n": typeof types.FacetValuesFragmentDoc,
    "\n  fragment Hit on SearchHit {\n    id\n    kind\n    namespace\n    name\n    dataset\n    platform\n    description\n    owners\n    tags\n    matches {\n      field\n      snippet\n    }\n  }\n": typeof types.HitFragmentDoc,
    "\n  query Search($text: String!, $filter: SearchFilter, $after: String) {\n    search(text: $text, filter: $filter, first: 25, after: $after) {\n      totalCount\n      revision\n      hits {\n        id\n        ...Hit\n      }\n      facets {\n        field\n        ...FacetValues\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.SearchDocument,
    "\n  fragment OwnerEntry on Owner {\n    name\n    type\n    origin\n  }\n": typeof types.OwnerEntryFragmentDoc,
    "\n  fragment TagEntry on Tag {\n    key\n    value\n    source\n    origin\n  }\n": typeof types.TagEntryFragmentDoc,
    "\n  mutation AddOwner($id: ID!, $owner: String!) {\n    addOwner(id: $id, owner: $owner) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n": typeof types.AddOwnerDocument,
    "\n  mutation RemoveOwner($id: ID!, $owner: String!) {\n    removeOwner(id: $id, owner: $owner) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n": typeof types.RemoveOwnerDocument,
    "\n  mutation AddTag($id: ID!, $key: String!, $value: String) {\n    addTag(id: $id, key: $key, value: $value) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n": typeof types.AddTagDocument,
    "\n  mutation RemoveTag($id: ID!, $key: String!) {\n    removeTag(id: $id, key: $key) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n": typeof types.RemoveTagDocument,
    "\n  fragment DescriptionText on Text {\n    value\n    origin\n    by\n    at\n  }\n": typeof types.DescriptionTextFragmentDoc,
    "\n  mutation SetDescription($id: ID!, $text: String!) {\n    setDescription(id: $id, text: $text) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n": typeof types.SetDescriptionDocument,
    "\n  fragment RunRow on Run {\n    id\n    runId\n    state\n    startedAt\n    endedAt\n    durationMs\n    error\n    job {\n      namespace\n      name\n    }\n  }\n": typeof types.RunRowFragmentDoc,
};
const documents: Documents = {
    "\n  query Suggest($text: String!) {\n    suggest(text: $text, first: 8) {\n      id\n      kind\n      namespace\n      name\n      dataset\n      tags\n    }\n  }\n": types.SuggestDocument,
    "\n  fragment ColumnRow on Column {\n    id\n    name\n    path\n    type\n    declared\n    upstreamCount\n    downstreamCount\n    description {\n      value\n    }\n    tags {\n      key\n      value\n    }\n  }\n": types.ColumnRowFragmentDoc,
    "\n  query DatasetPage($namespace: String!, $name: String!) {\n    dataset(namespace: $namespace, name: $name) {\n      id\n      columnCount\n      upstreamCount\n      downstreamCount\n      ...DatasetHeader\n      ...DatasetOverview\n    }\n  }\n": types.DatasetPageDocument,
    "\n  fragment DatasetFacts on Dataset {\n    type\n    platform\n    namespace\n    name\n    lifecycle\n    columnCount\n    reportedAs {\n      namespace\n      name\n    }\n    source {\n      name\n      uri\n    }\n    since {\n      number\n      at\n    }\n    statistics {\n      name\n      value\n      at\n      direction\n    }\n  }\n": types.DatasetFactsFragmentDoc,
    "\n  fragment DatasetHeader on Dataset {\n    id\n    namespace\n    name\n    type\n    platform\n    dropped\n    lifecycle\n    upstreamCount\n    downstreamCount\n    owners {\n      ...OwnerEntry\n    }\n    tags {\n      ...TagEntry\n    }\n  }\n": types.DatasetHeaderFragmentDoc,
    "\n  query DatasetHistory($id: ID!) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        history(first: 100) {\n          revision {\n            number\n            at\n          }\n          until {\n            number\n          }\n          changed\n        }\n      }\n    }\n  }\n": types.DatasetHistoryDocument,
    "\n  fragment DatasetOverview on Dataset {\n    id\n    description {\n      ...DescriptionText\n    }\n    facets {\n      name\n      value\n    }\n    ...WhereFrom\n    ...Quality\n    ...DatasetFacts\n  }\n": types.DatasetOverviewFragmentDoc,
    "\n  fragment Quality on Dataset {\n    assertions {\n      assertion\n      column\n      success\n      severity\n      at\n    }\n  }\n": types.QualityFragmentDoc,
    "\n  query DatasetRuns($id: ID!, $first: Int!) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        runs(first: $first) {\n          nodes {\n            id\n            ...RunRow\n          }\n          pageInfo {\n            hasNextPage\n          }\n        }\n      }\n    }\n  }\n": types.DatasetRunsDocument,
    "\n  fragment WhereFrom on Dataset {\n    id\n    producers {\n      id\n      namespace\n      name\n      integration\n      inputs {\n        id\n        namespace\n        name\n      }\n      query {\n        text\n        dialect\n      }\n      latestRun {\n        id\n        state\n        startedAt\n        endedAt\n      }\n    }\n    consumers {\n      id\n      namespace\n      name\n      integration\n    }\n  }\n": types.WhereFromFragmentDoc,
    "\n  query DatasetColumns($id: ID!, $first: Int!, $after: String, $match: String) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        columns(first: $first, after: $after, match: $match) {\n          totalCount\n          nodes {\n            id\n            name\n            path\n            ...ColumnRow\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n        }\n      }\n    }\n  }\n": types.DatasetColumnsDocument,
    "\n  query RejectedEvents($first: Int!) {\n    rejectedEvents(first: $first) {\n      totalCount\n      nodes {\n        id\n        receivedAt\n        accepted\n        code\n        path\n        message\n        body\n      }\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n": types.RejectedEventsDocument,
    "\n  fragment EstateCounts on Estate {\n    revision {\n      number\n      at\n    }\n    datasets\n    columns\n    jobs\n    runs\n    edges\n    events\n    rejected\n  }\n": types.EstateCountsFragmentDoc,
    "\n  fragment Namespaces on Estate {\n    namespaces {\n      name\n      platform\n      datasets\n      jobs\n    }\n  }\n": types.NamespacesFragmentDoc,
    "\n  query Home {\n    estate {\n      datasets\n      jobs\n      ...EstateCounts\n      ...Namespaces\n    }\n    failed: recentRuns(first: 4, state: FAILED) {\n      id\n      ...RunRow\n    }\n    recent: recentRuns(first: 8) {\n      id\n      ...RunRow\n    }\n  }\n": types.HomeDocument,
    "\n  query JobPage($namespace: String!, $name: String!, $runs: Int!) {\n    job(namespace: $namespace, name: $name) {\n      id\n      namespace\n      name\n      processingType\n      integration\n      jobType\n      sourceLocation\n      description {\n        ...DescriptionText\n      }\n      owners {\n        ...OwnerEntry\n      }\n      tags {\n        ...TagEntry\n      }\n      query {\n        text\n        dialect\n      }\n      sourceCode {\n        language\n        code\n      }\n      parent {\n        namespace\n        name\n      }\n      inputs {\n        id\n        namespace\n        name\n      }\n      outputs {\n        id\n        namespace\n        name\n      }\n      latestRun {\n        state\n        startedAt\n        endedAt\n      }\n      runs(first: $runs) {\n        nodes {\n          id\n          ...RunRow\n        }\n        pageInfo {\n          hasNextPage\n        }\n      }\n      facets {\n        name\n        value\n      }\n    }\n  }\n": types.JobPageDocument,
    "\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      id\n      runId\n      state\n      startedAt\n      endedAt\n      durationMs\n      nominalStart\n      nominalEnd\n      parentRunId\n      parentJob {\n        namespace\n        name\n      }\n      error\n      stackTrace\n      job {\n        namespace\n        name\n      }\n      inputs {\n        id\n        namespace\n        name\n      }\n      outputs {\n        id\n        namespace\n        name\n      }\n      events {\n        type\n        at\n      }\n      facets {\n        name\n        value\n      }\n    }\n  }\n": types.RunPageDocument,
    "\n  query RecentRuns($first: Int!, $state: RunState) {\n    recentRuns(first: $first, state: $state) {\n      id\n      ...RunRow\n    }\n  }\n": types.RecentRunsDocument,
    "\n  fragment FacetValues on FacetCounts {\n    field\n    values {\n      value\n      count\n    }\n  }\n": types.FacetValuesFragmentDoc,
    "\n  fragment Hit on SearchHit {\n    id\n    kind\n    namespace\n    name\n    dataset\n    platform\n    description\n    owners\n    tags\n    matches {\n      field\n      snippet\n    }\n  }\n": types.HitFragmentDoc,
    "\n  query Search($text: String!, $filter: SearchFilter, $after: String) {\n    search(text: $text, filter: $filter, first: 25, after: $after) {\n      totalCount\n      revision\n      hits {\n        id\n        ...Hit\n      }\n      facets {\n        field\n        ...FacetValues\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.SearchDocument,
    "\n  fragment OwnerEntry on Owner {\n    name\n    type\n    origin\n  }\n": types.OwnerEntryFragmentDoc,
    "\n  fragment TagEntry on Tag {\n    key\n    value\n    source\n    origin\n  }\n": types.TagEntryFragmentDoc,
    "\n  mutation AddOwner($id: ID!, $owner: String!) {\n    addOwner(id: $id, owner: $owner) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n": types.AddOwnerDocument,
    "\n  mutation RemoveOwner($id: ID!, $owner: String!) {\n    removeOwner(id: $id, owner: $owner) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n": types.RemoveOwnerDocument,
    "\n  mutation AddTag($id: ID!, $key: String!, $value: String) {\n    addTag(id: $id, key: $key, value: $value) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n": types.AddTagDocument,
    "\n  mutation RemoveTag($id: ID!, $key: String!) {\n    removeTag(id: $id, key: $key) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n": types.RemoveTagDocument,
    "\n  fragment DescriptionText on Text {\n    value\n    origin\n    by\n    at\n  }\n": types.DescriptionTextFragmentDoc,
    "\n  mutation SetDescription($id: ID!, $text: String!) {\n    setDescription(id: $id, text: $text) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n": types.SetDescriptionDocument,
    "\n  fragment RunRow on Run {\n    id\n    runId\n    state\n    startedAt\n    endedAt\n    durationMs\n    error\n    job {\n      namespace\n      name\n    }\n  }\n": types.RunRowFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Suggest($text: String!) {\n    suggest(text: $text, first: 8) {\n      id\n      kind\n      namespace\n      name\n      dataset\n      tags\n    }\n  }\n"): (typeof documents)["\n  query Suggest($text: String!) {\n    suggest(text: $text, first: 8) {\n      id\n      kind\n      namespace\n      name\n      dataset\n      tags\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ColumnRow on Column {\n    id\n    name\n    path\n    type\n    declared\n    upstreamCount\n    downstreamCount\n    description {\n      value\n    }\n    tags {\n      key\n      value\n    }\n  }\n"): (typeof documents)["\n  fragment ColumnRow on Column {\n    id\n    name\n    path\n    type\n    declared\n    upstreamCount\n    downstreamCount\n    description {\n      value\n    }\n    tags {\n      key\n      value\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DatasetPage($namespace: String!, $name: String!) {\n    dataset(namespace: $namespace, name: $name) {\n      id\n      columnCount\n      upstreamCount\n      downstreamCount\n      ...DatasetHeader\n      ...DatasetOverview\n    }\n  }\n"): (typeof documents)["\n  query DatasetPage($namespace: String!, $name: String!) {\n    dataset(namespace: $namespace, name: $name) {\n      id\n      columnCount\n      upstreamCount\n      downstreamCount\n      ...DatasetHeader\n      ...DatasetOverview\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DatasetFacts on Dataset {\n    type\n    platform\n    namespace\n    name\n    lifecycle\n    columnCount\n    reportedAs {\n      namespace\n      name\n    }\n    source {\n      name\n      uri\n    }\n    since {\n      number\n      at\n    }\n    statistics {\n      name\n      value\n      at\n      direction\n    }\n  }\n"): (typeof documents)["\n  fragment DatasetFacts on Dataset {\n    type\n    platform\n    namespace\n    name\n    lifecycle\n    columnCount\n    reportedAs {\n      namespace\n      name\n    }\n    source {\n      name\n      uri\n    }\n    since {\n      number\n      at\n    }\n    statistics {\n      name\n      value\n      at\n      direction\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DatasetHeader on Dataset {\n    id\n    namespace\n    name\n    type\n    platform\n    dropped\n    lifecycle\n    upstreamCount\n    downstreamCount\n    owners {\n      ...OwnerEntry\n    }\n    tags {\n      ...TagEntry\n    }\n  }\n"): (typeof documents)["\n  fragment DatasetHeader on Dataset {\n    id\n    namespace\n    name\n    type\n    platform\n    dropped\n    lifecycle\n    upstreamCount\n    downstreamCount\n    owners {\n      ...OwnerEntry\n    }\n    tags {\n      ...TagEntry\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DatasetHistory($id: ID!) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        history(first: 100) {\n          revision {\n            number\n            at\n          }\n          until {\n            number\n          }\n          changed\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query DatasetHistory($id: ID!) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        history(first: 100) {\n          revision {\n            number\n            at\n          }\n          until {\n            number\n          }\n          changed\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DatasetOverview on Dataset {\n    id\n    description {\n      ...DescriptionText\n    }\n    facets {\n      name\n      value\n    }\n    ...WhereFrom\n    ...Quality\n    ...DatasetFacts\n  }\n"): (typeof documents)["\n  fragment DatasetOverview on Dataset {\n    id\n    description {\n      ...DescriptionText\n    }\n    facets {\n      name\n      value\n    }\n    ...WhereFrom\n    ...Quality\n    ...DatasetFacts\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Quality on Dataset {\n    assertions {\n      assertion\n      column\n      success\n      severity\n      at\n    }\n  }\n"): (typeof documents)["\n  fragment Quality on Dataset {\n    assertions {\n      assertion\n      column\n      success\n      severity\n      at\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DatasetRuns($id: ID!, $first: Int!) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        runs(first: $first) {\n          nodes {\n            id\n            ...RunRow\n          }\n          pageInfo {\n            hasNextPage\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query DatasetRuns($id: ID!, $first: Int!) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        runs(first: $first) {\n          nodes {\n            id\n            ...RunRow\n          }\n          pageInfo {\n            hasNextPage\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment WhereFrom on Dataset {\n    id\n    producers {\n      id\n      namespace\n      name\n      integration\n      inputs {\n        id\n        namespace\n        name\n      }\n      query {\n        text\n        dialect\n      }\n      latestRun {\n        id\n        state\n        startedAt\n        endedAt\n      }\n    }\n    consumers {\n      id\n      namespace\n      name\n      integration\n    }\n  }\n"): (typeof documents)["\n  fragment WhereFrom on Dataset {\n    id\n    producers {\n      id\n      namespace\n      name\n      integration\n      inputs {\n        id\n        namespace\n        name\n      }\n      query {\n        text\n        dialect\n      }\n      latestRun {\n        id\n        state\n        startedAt\n        endedAt\n      }\n    }\n    consumers {\n      id\n      namespace\n      name\n      integration\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DatasetColumns($id: ID!, $first: Int!, $after: String, $match: String) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        columns(first: $first, after: $after, match: $match) {\n          totalCount\n          nodes {\n            id\n            name\n            path\n            ...ColumnRow\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query DatasetColumns($id: ID!, $first: Int!, $after: String, $match: String) {\n    node(id: $id) {\n      id\n      ... on Dataset {\n        columns(first: $first, after: $after, match: $match) {\n          totalCount\n          nodes {\n            id\n            name\n            path\n            ...ColumnRow\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RejectedEvents($first: Int!) {\n    rejectedEvents(first: $first) {\n      totalCount\n      nodes {\n        id\n        receivedAt\n        accepted\n        code\n        path\n        message\n        body\n      }\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n"): (typeof documents)["\n  query RejectedEvents($first: Int!) {\n    rejectedEvents(first: $first) {\n      totalCount\n      nodes {\n        id\n        receivedAt\n        accepted\n        code\n        path\n        message\n        body\n      }\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EstateCounts on Estate {\n    revision {\n      number\n      at\n    }\n    datasets\n    columns\n    jobs\n    runs\n    edges\n    events\n    rejected\n  }\n"): (typeof documents)["\n  fragment EstateCounts on Estate {\n    revision {\n      number\n      at\n    }\n    datasets\n    columns\n    jobs\n    runs\n    edges\n    events\n    rejected\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Namespaces on Estate {\n    namespaces {\n      name\n      platform\n      datasets\n      jobs\n    }\n  }\n"): (typeof documents)["\n  fragment Namespaces on Estate {\n    namespaces {\n      name\n      platform\n      datasets\n      jobs\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Home {\n    estate {\n      datasets\n      jobs\n      ...EstateCounts\n      ...Namespaces\n    }\n    failed: recentRuns(first: 4, state: FAILED) {\n      id\n      ...RunRow\n    }\n    recent: recentRuns(first: 8) {\n      id\n      ...RunRow\n    }\n  }\n"): (typeof documents)["\n  query Home {\n    estate {\n      datasets\n      jobs\n      ...EstateCounts\n      ...Namespaces\n    }\n    failed: recentRuns(first: 4, state: FAILED) {\n      id\n      ...RunRow\n    }\n    recent: recentRuns(first: 8) {\n      id\n      ...RunRow\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query JobPage($namespace: String!, $name: String!, $runs: Int!) {\n    job(namespace: $namespace, name: $name) {\n      id\n      namespace\n      name\n      processingType\n      integration\n      jobType\n      sourceLocation\n      description {\n        ...DescriptionText\n      }\n      owners {\n        ...OwnerEntry\n      }\n      tags {\n        ...TagEntry\n      }\n      query {\n        text\n        dialect\n      }\n      sourceCode {\n        language\n        code\n      }\n      parent {\n        namespace\n        name\n      }\n      inputs {\n        id\n        namespace\n        name\n      }\n      outputs {\n        id\n        namespace\n        name\n      }\n      latestRun {\n        state\n        startedAt\n        endedAt\n      }\n      runs(first: $runs) {\n        nodes {\n          id\n          ...RunRow\n        }\n        pageInfo {\n          hasNextPage\n        }\n      }\n      facets {\n        name\n        value\n      }\n    }\n  }\n"): (typeof documents)["\n  query JobPage($namespace: String!, $name: String!, $runs: Int!) {\n    job(namespace: $namespace, name: $name) {\n      id\n      namespace\n      name\n      processingType\n      integration\n      jobType\n      sourceLocation\n      description {\n        ...DescriptionText\n      }\n      owners {\n        ...OwnerEntry\n      }\n      tags {\n        ...TagEntry\n      }\n      query {\n        text\n        dialect\n      }\n      sourceCode {\n        language\n        code\n      }\n      parent {\n        namespace\n        name\n      }\n      inputs {\n        id\n        namespace\n        name\n      }\n      outputs {\n        id\n        namespace\n        name\n      }\n      latestRun {\n        state\n        startedAt\n        endedAt\n      }\n      runs(first: $runs) {\n        nodes {\n          id\n          ...RunRow\n        }\n        pageInfo {\n          hasNextPage\n        }\n      }\n      facets {\n        name\n        value\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      id\n      runId\n      state\n      startedAt\n      endedAt\n      durationMs\n      nominalStart\n      nominalEnd\n      parentRunId\n      parentJob {\n        namespace\n        name\n      }\n      error\n      stackTrace\n      job {\n        namespace\n        name\n      }\n      inputs {\n        id\n        namespace\n        name\n      }\n      outputs {\n        id\n        namespace\n        name\n      }\n      events {\n        type\n        at\n      }\n      facets {\n        name\n        value\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunPage($id: ID!) {\n    run(id: $id) {\n      id\n      runId\n      state\n      startedAt\n      endedAt\n      durationMs\n      nominalStart\n      nominalEnd\n      parentRunId\n      parentJob {\n        namespace\n        name\n      }\n      error\n      stackTrace\n      job {\n        namespace\n        name\n      }\n      inputs {\n        id\n        namespace\n        name\n      }\n      outputs {\n        id\n        namespace\n        name\n      }\n      events {\n        type\n        at\n      }\n      facets {\n        name\n        value\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RecentRuns($first: Int!, $state: RunState) {\n    recentRuns(first: $first, state: $state) {\n      id\n      ...RunRow\n    }\n  }\n"): (typeof documents)["\n  query RecentRuns($first: Int!, $state: RunState) {\n    recentRuns(first: $first, state: $state) {\n      id\n      ...RunRow\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment FacetValues on FacetCounts {\n    field\n    values {\n      value\n      count\n    }\n  }\n"): (typeof documents)["\n  fragment FacetValues on FacetCounts {\n    field\n    values {\n      value\n      count\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Hit on SearchHit {\n    id\n    kind\n    namespace\n    name\n    dataset\n    platform\n    description\n    owners\n    tags\n    matches {\n      field\n      snippet\n    }\n  }\n"): (typeof documents)["\n  fragment Hit on SearchHit {\n    id\n    kind\n    namespace\n    name\n    dataset\n    platform\n    description\n    owners\n    tags\n    matches {\n      field\n      snippet\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Search($text: String!, $filter: SearchFilter, $after: String) {\n    search(text: $text, filter: $filter, first: 25, after: $after) {\n      totalCount\n      revision\n      hits {\n        id\n        ...Hit\n      }\n      facets {\n        field\n        ...FacetValues\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query Search($text: String!, $filter: SearchFilter, $after: String) {\n    search(text: $text, filter: $filter, first: 25, after: $after) {\n      totalCount\n      revision\n      hits {\n        id\n        ...Hit\n      }\n      facets {\n        field\n        ...FacetValues\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment OwnerEntry on Owner {\n    name\n    type\n    origin\n  }\n"): (typeof documents)["\n  fragment OwnerEntry on Owner {\n    name\n    type\n    origin\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment TagEntry on Tag {\n    key\n    value\n    source\n    origin\n  }\n"): (typeof documents)["\n  fragment TagEntry on Tag {\n    key\n    value\n    source\n    origin\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AddOwner($id: ID!, $owner: String!) {\n    addOwner(id: $id, owner: $owner) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation AddOwner($id: ID!, $owner: String!) {\n    addOwner(id: $id, owner: $owner) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RemoveOwner($id: ID!, $owner: String!) {\n    removeOwner(id: $id, owner: $owner) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RemoveOwner($id: ID!, $owner: String!) {\n    removeOwner(id: $id, owner: $owner) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AddTag($id: ID!, $key: String!, $value: String) {\n    addTag(id: $id, key: $key, value: $value) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation AddTag($id: ID!, $key: String!, $value: String) {\n    addTag(id: $id, key: $key, value: $value) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RemoveTag($id: ID!, $key: String!) {\n    removeTag(id: $id, key: $key) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RemoveTag($id: ID!, $key: String!) {\n    removeTag(id: $id, key: $key) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DescriptionText on Text {\n    value\n    origin\n    by\n    at\n  }\n"): (typeof documents)["\n  fragment DescriptionText on Text {\n    value\n    origin\n    by\n    at\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetDescription($id: ID!, $text: String!) {\n    setDescription(id: $id, text: $text) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SetDescription($id: ID!, $text: String!) {\n    setDescription(id: $id, text: $text) {\n      revision\n      node {\n        id\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment RunRow on Run {\n    id\n    runId\n    state\n    startedAt\n    endedAt\n    durationMs\n    error\n    job {\n      namespace\n      name\n    }\n  }\n"): (typeof documents)["\n  fragment RunRow on Run {\n    id\n    runId\n    state\n    startedAt\n    endedAt\n    durationMs\n    error\n    job {\n      namespace\n      name\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;