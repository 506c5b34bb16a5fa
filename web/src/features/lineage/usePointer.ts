import { type RefObject, useEffect } from 'react';
import type { Actions } from './actions';
import { toWorld } from './camera';
import type { Engine } from './engine';
import { boxAt, lineAt, type Scene } from './geometry';
import { NEAR } from './paint';

const STILL = 4;
const REACH = 7;

/** Dragging pans, the wheel zooms, a click without a drag chooses a link or, from afar, a box. */
export function usePointer(
  wrap: RefObject<HTMLElement | null>,
  engine: Engine | null,
  scene: RefObject<Scene>,
  act: Actions,
): void {
  useEffect(() => {
    const element = wrap.current;
    if (!element || !engine) return;
    const pointer = new Pointer(element, engine, scene, act);
    element.addEventListener('pointerdown', pointer.down);
    element.addEventListener('pointermove', pointer.move);
    element.addEventListener('pointerup', pointer.up);
    element.addEventListener('pointercancel', pointer.cancel);
    element.addEventListener('click', pointer.click, true);
    element.addEventListener('wheel', pointer.wheel, { passive: false });
    return () => {
      element.removeEventListener('pointerdown', pointer.down);
      element.removeEventListener('pointermove', pointer.move);
      element.removeEventListener('pointerup', pointer.up);
      element.removeEventListener('pointercancel', pointer.cancel);
      element.removeEventListener('click', pointer.click, true);
      element.removeEventListener('wheel', pointer.wheel);
    };
  }, [wrap, engine, scene, act]);
}

class Pointer {
  private drag: { x: number; y: number; moved: number } | null = null;
  private swallow = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly engine: Engine,
    private readonly scene: RefObject<Scene>,
    private readonly act: Actions,
  ) {}

  down = (event: PointerEvent) => {
    this.swallow = false;
    if (event.button !== 0 || isControl(event.target)) return;
    this.drag = { x: event.clientX, y: event.clientY, moved: 0 };
  };

  move = (event: PointerEvent) => {
    const { drag } = this;
    if (!drag) return this.hover(event);
    const dx = event.clientX - drag.x;
    const dy = event.clientY - drag.y;
    drag.moved += Math.abs(dx) + Math.abs(dy);
    if (drag.moved < STILL) return;
    if (!this.element.hasPointerCapture(event.pointerId)) this.element.setPointerCapture(event.pointerId);
    drag.x = event.clientX;
    drag.y = event.clientY;
    this.engine.pan(dx, dy);
  };

  up = (event: PointerEvent) => {
    const { drag } = this;
    this.drag = null;
    if (!drag) return;
    this.swallow = drag.moved >= STILL;
    if (!this.swallow && !isBox(event.target)) this.choose(event);
  };

  cancel = () => {
    this.drag = null;
  };

  /** The click that ends a drag is not meant for the box beneath it. */
  click = (event: MouseEvent) => {
    if (!this.swallow) return;
    this.swallow = false;
    event.stopPropagation();
    event.preventDefault();
  };

  wheel = (event: WheelEvent) => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const { left, top } = this.element.getBoundingClientRect();
    this.engine.zoom(2 ** (-event.deltaY * lines * 0.002), event.clientX - left, event.clientY - top);
  };

  private choose(event: PointerEvent): void {
    const { x, y } = this.at(event);
    const box = boxAt(this.scene.current, x, y);
    if (box) {
      this.act.select(box.id);
      if (this.engine.camera.k < NEAR) this.engine.show(box.id);
      return;
    }
    this.act.showEdge(this.lineUnder(event));
  }

  private hover(event: PointerEvent): void {
    const line = isBox(event.target) || isControl(event.target) ? null : this.lineUnder(event);
    this.element.style.cursor = line ? 'pointer' : '';
    this.engine.hover(line);
  }

  private lineUnder(event: PointerEvent): string | null {
    const { x, y } = this.at(event);
    return lineAt(this.scene.current, x, y, REACH / this.engine.camera.k)?.id ?? null;
  }

  private at(event: PointerEvent): { x: number; y: number } {
    const { left, top } = this.element.getBoundingClientRect();
    return toWorld(this.engine.camera, event.clientX - left, event.clientY - top);
  }
}

function isBox(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.box') !== null;
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.minimap, .zoombar, .legend, .notices') !== null;
}
