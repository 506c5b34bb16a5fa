import { useComputedColorScheme } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useMemo, useState } from 'react';
import { isPersonal } from '~/shared/lib/format';
import type { Actions } from './actions';
import type { Scene } from './geometry';
import { describe, neighbour, type Step } from './keys';
import { Legend } from './Legend';
import { platformColours, readPalette } from './palette';
import { type LineageParams, MAX_HOPS } from './params';
import { Stage, type StageHandle } from './Stage';

interface Props {
  scene: Scene;
  params: LineageParams;
  onParams: (change: Partial<LineageParams>) => void;
  selected: string | null;
  act: Actions;
  held: RefObject<string | null>;
  stage: RefObject<StageHandle | null>;
  say: (text: string) => void;
  children?: ReactNode;
}

const STEPS: Record<string, Step> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

/** The graph with its keyboard: arrows go from table to table and through columns, real focus goes with them. */
export function Graph({ scene, params, onParams, selected, act, held, stage, say, children }: Props) {
  const scheme = useComputedColorScheme('light');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read again when the scheme changes
  const palette = useMemo(readPalette, [scheme]);
  const colours = useMemo(() => platformColours([...new Set(scene.picture.boxes.map((b) => b.platform))]), [scene]);
  const [active, setActive] = useState(scene.picture.focus);
  const [row, setRow] = useState(-1);
  useEffect(() => {
    if (selected && scene.boxes.has(selected)) setActive(selected);
  }, [selected, scene]);
  const box = scene.boxes.get(active) ?? scene.boxes.get(scene.picture.focus) ?? scene.picture.boxes[0];
  const keys = new Keys({ scene, params, onParams, act, stage, say, box, row, setActive, setRow });
  return (
    <div
      className="graph"
      role="application"
      aria-roledescription="lineage graph"
      aria-label={`Lineage graph: ${scene.picture.boxes.length} tables shown. Arrow keys move, Enter opens columns, Escape clears.`}
      onKeyDown={keys.press}
    >
      <Stage
        {...{ scene, palette, colours, selected, act, held, row }}
        column={params.column ?? null}
        edge={params.edge ?? null}
        active={box?.id ?? ''}
        handle={stage}
      >
        <Legend colours={colours} picture={scene.picture} />
        {children}
      </Stage>
    </div>
  );
}

interface KeyContext {
  scene: Scene;
  params: LineageParams;
  onParams: (change: Partial<LineageParams>) => void;
  act: Actions;
  stage: RefObject<StageHandle | null>;
  say: (text: string) => void;
  box: Scene['picture']['boxes'][number] | undefined;
  row: number;
  setActive: (id: string) => void;
  setRow: (row: number) => void;
}

/** One pressed key, seen from the box that is active. */
class Keys {
  constructor(private readonly at: KeyContext) {}

  press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isControl(event.target)) return;
    if (!this.handle(event.key, event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  private handle(key: string, shift: boolean): boolean {
    const step = STEPS[key];
    if (step) return this.step(step);
    const { stage } = this.at;
    switch (key) {
      case 'Enter':
      case ' ':
        return this.enter(shift);
      case 'Escape':
        return this.clear();
      case 'f':
        stage.current?.fit();
        return true;
      case '+':
      case '=':
        stage.current?.zoom(1.25);
        return true;
      case '-':
        stage.current?.zoom(0.8);
        return true;
      default:
        return this.hops(key);
    }
  }

  private step(step: Step): boolean {
    const { box, scene, stage } = this.at;
    if (!box) return false;
    if (this.walkColumns(step)) return true;
    const id = neighbour(scene.picture, box.id, step);
    const next = id ? scene.boxes.get(id) : undefined;
    if (!next) {
      this.at.say('No further table in this direction');
      return true;
    }
    this.at.setActive(next.id);
    this.at.setRow(-1);
    stage.current?.reveal(next.id);
    this.at.say(describe(scene.picture, next, next.tags.some(isPersonal)));
    return true;
  }

  /** Down enters an open table's columns; up leaves them at the top. */
  private walkColumns(step: Step): boolean {
    const { box, row } = this.at;
    if (!box?.isOpen || (step !== 'up' && step !== 'down')) return false;
    if (row < 0 && step === 'up') return false;
    if (row === box.columns.length - 1 && step === 'down') return false;
    const next = row + (step === 'down' ? 1 : -1);
    this.at.setRow(next);
    const column = box.columns[next];
    const personal = column?.tags.some(isPersonal) ? ', personal data' : '';
    this.at.say(
      column ? `Column ${column.name}, ${column.type ?? 'type unknown'}${personal}. Enter traces it.` : box.name,
    );
    return true;
  }

  private enter(shift: boolean): boolean {
    const { box, row, act } = this.at;
    const column = box?.columns[row];
    if (!box) return false;
    if (shift) act.focus(box.id);
    else if (column) act.trace(column.id);
    else {
      act.toggle(box.id);
      this.at.say(box.isOpen ? `Columns of ${box.name} closed` : `Columns of ${box.name} opened`);
    }
    return true;
  }

  private clear(): boolean {
    const { params, onParams } = this.at;
    this.at.setRow(-1);
    if (params.edge) onParams({ edge: undefined });
    else if (params.column) onParams({ column: undefined, only: undefined });
    this.at.say('Selection cleared');
    return true;
  }

  private hops(key: string): boolean {
    const { params, onParams } = this.at;
    const up = params.up ?? 1;
    const down = params.down ?? 1;
    const changes: Record<string, Partial<LineageParams>> = {
      '[': { down: Math.max(0, down - 1) },
      ']': { down: Math.min(MAX_HOPS, down + 1) },
      '{': { up: Math.max(0, up - 1) },
      '}': { up: Math.min(MAX_HOPS, up + 1) },
    };
    const change = changes[key];
    if (!change) return false;
    onParams(change);
    this.at.say(`${change.up ?? up} steps upstream, ${change.down ?? down} downstream`);
    return true;
  }
}

/** Keys pressed on the graph's own tools are for them. */
function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('.zoombar, .hiddenmark, .boxopen, .notices, input') !== null;
}
