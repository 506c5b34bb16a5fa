import { ActionIcon, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useMemo, useRef } from 'react';
import { markSpan, sqlTokens, utf16Offset } from '~/shared/lib/sqlTokens';

interface Props {
  text: string;
  label: string;
  /** in characters, as the server counts them */
  span?: { start: number; end: number };
  maxHeight?: number;
}

/** A query with its words coloured, one span of it marked and in sight. */
export function Sql({ text, label, span, maxHeight = 420 }: Props) {
  const box = useRef<HTMLPreElement>(null);
  const pieces = useMemo(() => {
    const [start, end] = span ? [utf16Offset(text, span.start), utf16Offset(text, span.end)] : [-1, -1];
    return markSpan(sqlTokens(text), start, end);
  }, [text, span]);
  useEffect(() => {
    const mark = box.current?.querySelector('mark');
    if (mark && box.current) box.current.scrollTop = Math.max(0, mark.offsetTop - 80);
  });
  return (
    <div className="sqlbox">
      <section aria-label={label}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre ref={box} className="sql" tabIndex={0} style={{ maxHeight }}>
          {pieces.map((p) =>
            p.marked ? (
              <mark key={p.start} className={`sql-${p.kind}`}>
                {p.text}
              </mark>
            ) : (
              <span key={p.start} className={`sql-${p.kind}`}>
                {p.text}
              </span>
            ),
          )}
        </pre>
      </section>
      <CopyText text={text} label="Copy the query" />
    </div>
  );
}

export function CopyText({ text, label }: { text: string; label: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <ActionIcon
          className="copy"
          variant="default"
          size="sm"
          onClick={copy}
          aria-label={copied ? 'Copied' : label}
          title={copied ? 'Copied' : label}
        >
          {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        </ActionIcon>
      )}
    </CopyButton>
  );
}
