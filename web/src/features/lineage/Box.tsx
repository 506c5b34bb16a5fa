import { memo } from 'react';
import { isPersonal, shortName } from '~/shared/lib/format';
import type { Actions } from './actions';
import { subtitle } from './paint';
import type { Box as BoxModel } from './picture';

interface Props {
  box: BoxModel;
  colour: number;
  look: 'selected' | 'traced' | 'quiet' | '';
  /** the one box that Tab reaches; arrows move it */
  isActive: boolean;
  neighbours: string;
  traced: ReadonlySet<string>;
  column: string | null;
  /** the row that the arrow keys stand on */
  row: number;
  act: Actions;
}

/** A table as real elements: what the canvas painted while it moved, now with buttons, names and focus. */
export const Box = memo(function Box(props: Props) {
  const { box, look, isActive, act } = props;
  const personal = box.tags.some(isPersonal);
  return (
    <div
      className={`box ${look && `box-${look}`} ${box.kind === 'JOB' ? 'box-job' : ''}`}
      data-box={box.id}
      style={{
        transform: `translate(${box.x}px, ${box.y}px)`,
        width: box.width,
        height: box.height,
        ['--bar' as string]: `var(--hw-p${props.colour})`,
      }}
    >
      <div className="boxhead">
        <button
          type="button"
          className="boxtitle"
          tabIndex={isActive ? 0 : -1}
          title={`${box.name}\n${box.namespace}`}
          onClick={() => act.select(box.id)}
        >
          <span className="boxname">{shortName(box.name)}</span>
          <span className="boxsub">{subtitle(box)}</span>
          <span className="hidden-text">{`, ${props.neighbours}${personal ? ', personal data' : ''}`}</span>
        </button>
        {box.runState === 'FAILED' && <span className="failmark">failed</span>}
        {personal && (
          <span className="pii" aria-hidden="true">
            PII
          </span>
        )}
        {box.kind === 'DATASET' && (
          <button
            type="button"
            className="boxopen"
            tabIndex={-1}
            aria-expanded={box.isOpen}
            aria-label={`Columns of ${box.name}`}
            onClick={() => act.toggle(box.id)}
          >
            <span aria-hidden="true">{box.isOpen ? '–' : '+'}</span>
          </button>
        )}
      </div>
      <Hidden box={box} side="up" count={box.hiddenUp} act={act} />
      <Hidden box={box} side="down" count={box.hiddenDown} act={act} />
      {box.isOpen && <Columns {...props} />}
    </div>
  );
});

function Hidden({ box, side, count, act }: { box: BoxModel; side: 'up' | 'down'; count: number; act: Actions }) {
  if (count === 0) return null;
  const where = side === 'up' ? 'upstream' : 'downstream';
  return (
    <button
      type="button"
      className={`hiddenmark hiddenmark-${side}`}
      tabIndex={-1}
      aria-label={`Show ${count} more ${where} of ${box.name}`}
      onClick={() => act.grow(box.id, side)}
    >
      +{count}
    </button>
  );
}

function Columns({ box, traced, column, row, act }: Props) {
  return (
    <ul className="boxcolumns" aria-label={`Columns of ${box.name}`}>
      {box.columns.map((c, i) => (
        <li key={c.id} className={columnLook(c.id, traced, column)} data-row={row === i || undefined}>
          <button
            type="button"
            tabIndex={-1}
            data-column={c.id}
            aria-pressed={c.id === column}
            title={`${c.name} ${c.type ?? ''}`}
            onClick={() => act.trace(c.id)}
          >
            <span className={`columnname ${c.tags.some(isPersonal) ? 'columnname-pii' : ''}`}>{c.name}</span>
            {c.tags.some(isPersonal) && <span className="pii">PII</span>}
            <span className="columntype">{c.type}</span>
          </button>
        </li>
      ))}
      {box.moreColumns > 0 && (
        <li className="morecolumns">
          <button type="button" tabIndex={-1} onClick={() => act.showAll(box.id)}>
            + {box.moreColumns} more {box.moreColumns === 1 ? 'column' : 'columns'}
          </button>
        </li>
      )}
    </ul>
  );
}

function columnLook(id: string, traced: ReadonlySet<string>, column: string | null): string {
  if (id === column) return 'column column-chosen';
  if (traced.size === 0) return 'column';
  return traced.has(id) ? 'column column-traced' : 'column column-quiet';
}
