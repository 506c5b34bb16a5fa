import { expect, test } from 'vitest';
import { bounds, centre, firstLook, holding, LEGIBLE, seeAll, sight, touches, toWorld, zoomAt } from './camera';

const view = { width: 1000, height: 800 };
const box = (x: number, y: number, width = 200, height = 40) => ({ x, y, width, height });

test('a small scene is shown whole, at life size, in the middle', () => {
  const camera = seeAll(bounds([box(0, 0), box(300, 100)]), view);
  expect(camera.k).toBe(1);
  expect(toWorld(camera, 500, 400)).toEqual({ x: 250, y: 70 });
});

test('a large scene is first seen from where names are legible, at its home', () => {
  const scene = [box(0, 0), box(9000, 0)];
  expect(firstLook(scene, scene[0], view).k).toBe(LEGIBLE);
  const look = firstLook(scene, scene[0], view);
  expect([look.x, toWorld(look, 500, 400).y]).toEqual([48, 20]);
  expect(firstLook([box(0, 0)], undefined, view).k).toBe(1);
});

test('the point under the pointer stays when zooming', () => {
  const before = centre(box(0, 0), view, 1);
  const after = zoomAt(before, 2, 300, 300);
  expect(toWorld(after, 300, 300)).toEqual(toWorld(before, 300, 300));
  expect(zoomAt(before, 1000, 0, 0).k).toBe(2.5);
});

test('a box that is held does not move on the screen', () => {
  const before = { x: 10, y: 20, k: 0.5 };
  const after = holding(before, box(100, 100), box(140, 60));
  expect([140 * after.k + after.x, 60 * after.k + after.y]).toEqual([
    100 * before.k + before.x,
    100 * before.k + before.y,
  ]);
});

test('only what is in sight touches it', () => {
  const area = sight({ x: 0, y: 0, k: 1 }, view);
  expect([touches(box(900, 0), area), touches(box(1001, 0), area), touches(box(-300, 0), area)]).toEqual([
    true,
    false,
    false,
  ]);
});
