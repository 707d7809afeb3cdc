package io.mural.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.server.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * The page in a browser, from the first picture to the one found again. With {@code -Dmural.screenshots=FOLDER} it leaves
 * pictures of every screen at three widths, light and dark.
 */
@Tag("full")
class StudioTest {
    private static final String VIEWER = "document.querySelector('mural-picture')?.viewer";

    /** Long enough to be watched and stopped on any machine. */
    private static final int LONG = 1000;

    /** Wider than a tile, and made at once. */
    private static final int WIDTH = 528;

    private static final int HEIGHT = 240;

    @TempDir
    Path folder;

    private Browser browser;

    @Test
    void fromTheFirstPictureToTheOneFoundAgain() throws Exception {
        var output = folder.resolve("output");
        try (var opened = Browser.open(folder.resolve("profile"))) {
            browser = opened;
            try (var running = Running.open(output)) {
                browser.look(1280, 900, false);
                browser.go(running.address());
                aPictureIsWatchedAndCancelled();
                picturesAreMade();
                aPictureIsLookedAtAndCompared();
                aPartIsPaintedAnew();
                nothingComesFromElsewhere();
                everyScreenFitsAndIsNamed();
            }
            // Another server over the same folder, as after a restart.
            try (var running = Running.open(output)) {
                browser.go(running.address() + "/#/library");
                aPictureIsFoundAgain();
            }
        }
    }

    private void ask(String prompt, int width, int height, int steps) {
        fill("textarea[name=prompt]", prompt);
        fill("input[name=width]", Integer.toString(width));
        fill("input[name=height]", Integer.toString(height));
        fill("input[name=steps]", Integer.toString(steps));
    }

    private void fill(String selector, String text) {
        browser.see(selector).sendKeys(Keys.chord(Keys.CONTROL, "a"), text, Keys.TAB);
    }

    private void aPictureIsWatchedAndCancelled() {
        ask("a lighthouse in a storm", 128, 128, LONG);
        browser.until("document.querySelector('.plan').textContent.includes('" + LONG + " steps')");
        // The keys that the page promises.
        browser.see("textarea[name=prompt]").sendKeys(Keys.chord(Keys.CONTROL, Keys.ENTER));
        var first = browser.see("img[alt^='Preview of']").getDomAttribute("src");
        browser.until("document.querySelector(\"img[alt^='Preview of']\").getAttribute('src') !== '" + first + "'");
        browser.until("document.querySelector(\"img[alt^='Preview of']\").naturalWidth > 0");
        browser.until("document.querySelector('mural-progress').textContent.includes('of " + LONG + "')");
        shoot("create-running");
        browser.go(browser.value("location.origin") + "/#/queue");
        shoot("queue");
        browser.click("mural-queue button.bad");
        browser.until("document.querySelector('mural-queue').textContent.includes('Nothing runs')");
        browser.go(browser.value("location.origin") + "/#/create");
        browser.until("document.querySelector('mural-progress')?.textContent.includes('Cancelled') ?? true");
    }

    private void picturesAreMade() {
        ask("a sunset over purple mountains and a calm sea", WIDTH, HEIGHT, 4);
        browser.click("form button.main");
        browser.see(".live a img");
        shoot("create");
        ask("a green hill", WIDTH, HEIGHT, 2);
        browser.click("form button.main");
        browser.see(".live a img[alt='a green hill']");
        browser.reload();
        assertThat(browser.see("textarea[name=prompt]").getDomProperty("value")).isEqualTo("a green hill");
    }

    private void aPictureIsLookedAtAndCompared() {
        browser.click("nav a[href='#/library']");
        browser.until("document.querySelectorAll('.grid img').length === 2");
        browser.until("[...document.querySelectorAll('.grid img')].every((image) => image.naturalWidth > 0)");
        shoot("library");
        browser.click(".grid a:has(img[alt^='a sunset'])");
        browser.see(".zoom canvas");
        browser.until(VIEWER + "?.world.getItemAt(0)?.getFullyLoaded() === true");
        var before = (Number) browser.value(VIEWER + ".viewport.getZoom()");
        button("Zoom in").run();
        assertThat(((Number) browser.value(VIEWER + ".viewport.getZoom()")).doubleValue())
                .isGreaterThan(before.doubleValue());
        shoot("zoom");
        button("Compare").run();
        browser.click("mural-picture .grid a");
        browser.until(VIEWER + "?.world.getItemCount() === 2");
        var clip = "document.querySelector('mural-picture').upper?.getClip()?.x";
        browser.until(clip + " > 0");
        var from = (Number) browser.value(clip);
        browser.see(".handle").sendKeys(Keys.ARROW_RIGHT);
        browser.until("document.querySelector('.handle').getAttribute('aria-valuenow') === '55'");
        assertThat(((Number) browser.value(clip)).doubleValue()).isGreaterThan(from.doubleValue());
        browser.until(VIEWER + ".world.getItemAt(1).getFullyLoaded()");
        shoot("compare");
        browser.reload();
        browser.until(VIEWER + "?.world.getItemCount() === 2");
    }

    /** A rectangle is drawn by the pointer, corrected by its numbers, and painted as a job of its own. */
    private void aPartIsPaintedAnew() {
        browser.click("nav a[href='#/library']");
        browser.click(".grid a:has(img[alt='a green hill'])");
        browser.until(VIEWER + "?.world.getItemAt(0)?.getFullyLoaded() === true");
        button("Paint a part").run();
        browser.see(".region");
        browser.drag(".drawing", -60, -20, 60, 20);
        assertThat(((Number) browser.value("Number(document.querySelector('[name=region-width]').value)")).intValue())
                .isBetween(20, WIDTH - 1);
        fill("[name=region-x]", "16");
        fill("[name=region-y]", "32");
        fill("[name=region-width]", "96");
        fill("[name=region-height]", "64");
        fill("[name=region-prompt]", "a red barn");
        shoot("region");
        button("Paint anew").run();
        browser.until("document.querySelector('mural-queue') !== null");
        browser.click("nav a[href='#/library']");
        browser.until("document.querySelectorAll('.grid img').length === 3");
        browser.until("[...document.querySelectorAll('.grid img')].some((image) => image.alt === 'a red barn'"
                + " && image.naturalWidth > 0)");
    }

    /** A button by the beginning of its words. */
    private Runnable button(String words) {
        return () -> browser.until("[...document.querySelectorAll('button')].some((button) =>"
                + " button.textContent.trim().startsWith('" + words + "') && (button.click(), true))");
    }

    private void nothingComesFromElsewhere() {
        assertThat(browser.value("performance.getEntriesByType('resource')"
                        + ".filter((entry) => new URL(entry.name).origin !== location.origin).length"))
                .isEqualTo(0L);
        assertThat(browser.complaints()).isEmpty();
    }

    private void everyScreenFitsAndIsNamed() {
        for (var screen : List.of("create", "queue", "library")) {
            browser.look(400, 900, false);
            browser.go(browser.value("location.origin") + "/#/" + screen);
            browser.until("document.querySelector('mural-" + screen + "')?.childElementCount > 0");
            assertThat((Long) browser.value("document.documentElement.scrollWidth"))
                    .as("width of %s", screen)
                    .isLessThanOrEqualTo(400);
            assertThat(browser.value("[...document.querySelectorAll('button, input, select, textarea, a,"
                            + " img')].filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim() || each.alt"
                            + " || each.labels?.length || each.querySelector('img[alt]:not([alt=\"\"])'))).map((each) =>"
                            + " each.outerHTML)"))
                    .as("without a name in %s", screen)
                    .isEqualTo(List.of());
        }
        browser.look(1280, 900, false);
    }

    private void aPictureIsFoundAgain() {
        browser.until("document.querySelectorAll('.grid img').length === 3");
        browser.see("input[type=search]").sendKeys("purple");
        browser.until("document.querySelectorAll('.grid img').length === 1");
        browser.click(".grid a");
        browser.until(VIEWER + "?.world.getItemAt(0)?.getFullyLoaded() === true");
        browser.until("document.querySelector('mural-picture').textContent.includes('" + WIDTH + " × " + HEIGHT + "')");
        button("Use these settings").run();
        assertThat(browser.see("textarea[name=prompt]").getDomProperty("value")).startsWith("a sunset");
    }

    private void shoot(String screen) {
        var place = System.getProperty("mural.screenshots");
        if (place == null) {
            return;
        }
        for (int width : List.of(400, 1280, 2560)) {
            for (boolean dark : List.of(false, true)) {
                browser.look(width, width == 2560 ? 1440 : 900, dark);
                write(Path.of(place, screen + "-" + width + (dark ? "-dark" : "-light") + ".png"));
            }
        }
        browser.look(1280, 900, false);
    }

    private void write(Path file) {
        try {
            Thread.sleep(700); // pictures and tiles fade in
            Files.createDirectories(file.getParent());
            Files.write(file, browser.screenshot());
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
