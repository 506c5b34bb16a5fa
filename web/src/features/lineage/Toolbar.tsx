import { NumberInput, SegmentedControl, Switch } from '@mantine/core';
import { shortName } from '~/shared/lib/format';
import { type LineageParams, MAX_HOPS } from './params';

interface Props {
  params: LineageParams;
  onParams: (change: Partial<LineageParams>) => void;
  name: string | undefined;
  /** a page of its own has it as its title */
  isPage: boolean;
}

/** How far to look, at what, and how it is presented. */
export function Toolbar({ params, onParams, name, isPage }: Props) {
  const Title = isPage ? 'h1' : 'h2';
  return (
    <div className="lineagebar" role="toolbar" aria-label="Lineage">
      <Title className="lineagetitle" title={name}>
        Lineage {name && <span>around {shortName(name)}</span>}
      </Title>
      <Hops label="Upstream" value={params.up ?? 1} onChange={(up) => onParams({ up })} />
      <Hops label="Downstream" value={params.down ?? 1} onChange={(down) => onParams({ down })} />
      {params.column && (
        <Switch
          size="xs"
          label="Filters and joins too"
          checked={params.indirect === true}
          onChange={(e) => onParams({ indirect: e.currentTarget.checked || undefined })}
        />
      )}
      <div style={{ flex: 1 }} />
      <SegmentedControl
        size="xs"
        aria-label="Presentation"
        value={params.view ?? 'graph'}
        onChange={(view) => onParams({ view: view === 'list' ? 'list' : undefined })}
        data={[
          { value: 'graph', label: 'Graph' },
          { value: 'list', label: 'List' },
        ]}
      />
    </div>
  );
}

function Hops({ label, value, onChange }: { label: string; value: number; onChange: (hops: number) => void }) {
  return (
    <NumberInput
      size="xs"
      w={label.length * 7 + 78}
      aria-label={`${label} steps`}
      prefix={`${label}: `}
      min={0}
      max={MAX_HOPS}
      clampBehavior="strict"
      allowDecimal={false}
      value={value}
      onChange={(next) => typeof next === 'number' && onChange(next)}
    />
  );
}
