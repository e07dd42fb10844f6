//! Tests of the writer: what is acknowledged is there, what is refused is not, whatever happens to the transaction.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;

use crate::model::error::{Error, Kind, Result};
use crate::store::handle::Store;
use crate::store::query::Tx;

/// A store over a database with one table, at most `pages` pages large.
fn store(pages: u32) -> (Store, Arc<Mutex<Connection>>) {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE t (name TEXT NOT NULL, data BLOB)").unwrap();
    connection.pragma_update(None, "max_page_count", pages).unwrap();
    let connection = Arc::new(Mutex::new(connection));
    (Store::over(connection.clone()).unwrap(), connection)
}

fn insert(tx: &Tx<'_>, name: &str, bytes: usize) -> Result<()> {
    tx.run("INSERT INTO t VALUES (?1, zeroblob(?2))", (name, i64::try_from(bytes).unwrap())).map(|_| ())
}

fn names(connection: &Mutex<Connection>) -> Vec<String> {
    let connection = connection.lock().unwrap();
    let mut statement = connection.prepare("SELECT name FROM t ORDER BY name").unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(|row| row.unwrap()).collect()
}

type Job = Box<dyn FnOnce(&Tx<'_>) -> Result<()> + Send>;

/// Runs jobs as one batch: a first job holds the writer until all others wait. Says how each ended, in order.
fn batch(store: &Store, jobs: Vec<Job>) -> Vec<Result<()>> {
    let (release, released) = channel::<()>();
    let (started, running) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // This job is part of the batch too, and is refused with it where the transaction is lost.
            let _ = store.write(move |_| {
                started.send(()).unwrap();
                released.recv().map_err(|_| Error::internal("the test is gone"))
            });
        });
        running.recv().unwrap();
        let waiting: Vec<_> = jobs
            .into_iter()
            .map(|job| {
                let (queued, is_queued) = channel::<()>();
                let thread = scope.spawn(move || {
                    queued.send(()).unwrap();
                    store.write(job)
                });
                is_queued.recv().unwrap();
                // The order in the queue is the order of the jobs.
                std::thread::sleep(std::time::Duration::from_millis(20));
                thread
            })
            .collect();
        release.send(()).unwrap();
        waiting.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn insertion(name: &'static str, bytes: usize) -> Job {
    Box::new(move |tx| insert(tx, name, bytes))
}

#[test]
fn a_job_that_fails_undoes_itself_and_leaves_the_others_of_its_batch() {
    let (store, connection) = store(1_000);
    let refusing: Job = Box::new(|tx| {
        insert(tx, "refused", 1)?;
        Err(Error::invalid_value("no"))
    });
    let ended = batch(&store, vec![insertion("a", 1), refusing, insertion("b", 1)]);
    assert_eq!(ended.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(names(&connection), ["a", "b"]);
}

#[test]
fn a_job_that_panics_undoes_itself_and_the_writer_lives_on() {
    let (store, connection) = store(1_000);
    let panicking: Job = Box::new(|tx| {
        insert(tx, "panicked", 1)?;
        panic!("on purpose");
    });
    let ended = batch(&store, vec![insertion("a", 1), panicking, insertion("b", 1)]);
    assert_eq!(ended[1].as_ref().unwrap_err().kind, Kind::Internal);
    assert_eq!(names(&connection), ["a", "b"]);
    store.write(|tx| insert(tx, "c", 1)).unwrap();
}

#[test]
fn what_is_refused_for_want_of_room_is_not_there_and_what_is_acknowledged_is() {
    let (store, connection) = store(40);
    let ended = batch(
        &store,
        vec![insertion("a", 10), insertion("too large", 1_000_000), insertion("b", 10), insertion("c", 10)],
    );
    let acknowledged: Vec<&str> = ["a", "too large", "b", "c"]
        .into_iter()
        .zip(&ended)
        .filter_map(|(name, ended)| ended.is_ok().then_some(name))
        .collect();
    assert_eq!(names(&connection), acknowledged);
    assert_eq!(ended[1].as_ref().unwrap_err().kind, Kind::StorageFull);
    connection.lock().unwrap().pragma_update(None, "max_page_count", 10_000).unwrap();
    store.write(|tx| insert(tx, "recovered", 1_000_000)).unwrap();
}

#[test]
fn when_sqlite_rolls_the_transaction_back_every_job_of_the_batch_is_refused_and_those_after_it_run_alone() {
    let (store, connection) = store(1_000);
    // What SQLITE_FULL and I/O errors may do to a transaction, done by hand.
    let losing: Job = Box::new(|tx| {
        insert(tx, "lost", 1)?;
        tx.run("ROLLBACK", []).map(|_| ())
    });
    let ended = batch(&store, vec![insertion("a", 1), losing, insertion("b", 1), insertion("c", 1)]);
    let kinds: Vec<Option<Kind>> =
        ended.iter().map(|ended| ended.as_ref().err().map(|error| error.kind)).collect();
    assert_eq!(kinds, [Some(Kind::StorageFull), Some(Kind::StorageFull), None, None]);
    assert_eq!(names(&connection), ["b", "c"]);
}

#[test]
fn a_large_job_shares_its_transaction_with_no_other() {
    let (store, connection) = store(1_000);
    store.write_large(|tx| insert(tx, "large", 1)).unwrap();
    store.write(|tx| insert(tx, "small", 1)).unwrap();
    assert_eq!(names(&connection), ["large", "small"]);
}

#[test]
fn a_large_job_that_fails_or_panics_leaves_nothing_and_the_writer_lives_on() {
    let (store, connection) = store(1_000);
    store.write(|tx| insert(tx, "before", 1)).unwrap();
    let refused: Result<()> = store.write_large(|tx| {
        insert(tx, "refused", 1)?;
        Err(Error::new(Kind::Conflict, "no"))
    });
    assert_eq!(refused.unwrap_err().kind, Kind::Conflict);
    let panicked: Result<()> = store.write_large(|tx| {
        insert(tx, "panicked", 1)?;
        panic!("as a test wants it")
    });
    assert_eq!(panicked.unwrap_err().kind, Kind::Internal);
    store.write_large(|tx| insert(tx, "large", 1)).unwrap();
    store.write(|tx| insert(tx, "small", 1)).unwrap();
    drop(store);
    assert_eq!(names(&connection), ["before", "large", "small"]);
}

#[test]
fn a_part_that_fails_undoes_itself_and_leaves_the_other_parts_of_its_job() {
    let (store, connection) = store(1_000);
    let refused = store
        .write(|tx| {
            tx.attempt(|tx| insert(tx, "a", 1))??;
            let refused = tx.attempt(|tx| {
                insert(tx, "refused", 1)?;
                tx.attempt(|tx| insert(tx, "within the refused", 1))??;
                Err::<(), _>(Error::invalid_value("no"))
            })?;
            tx.attempt(|tx| insert(tx, "b", 1))??;
            Ok(refused)
        })
        .unwrap();
    assert_eq!(refused, Err(Error::invalid_value("no")));
    assert_eq!(names(&connection), ["a", "b"]);
}

#[test]
fn a_part_that_loses_the_transaction_for_want_of_room_ends_its_job_and_nothing_of_it_is_kept() {
    let (store, connection) = store(40);
    let ended = store.write(|tx| {
        tx.attempt(|tx| insert(tx, "a", 1))??;
        let part = tx.attempt(|tx| insert(tx, "too large", 1_000_000));
        assert_eq!(part.as_ref().unwrap_err().kind, Kind::StorageFull, "SQLite rolled back and it was seen");
        part?
    });
    assert_eq!(ended.unwrap_err().kind, Kind::StorageFull);
    assert_eq!(names(&connection), [""; 0]);
    store.write(|tx| insert(tx, "afterwards", 1)).unwrap();
    assert_eq!(names(&connection), ["afterwards"]);
}

#[test]
fn a_part_that_hides_the_loss_of_the_transaction_is_found_out() {
    let (store, connection) = store(1_000);
    let ended = store.write(|tx| {
        insert(tx, "lost", 1)?;
        tx.attempt(|tx| tx.run("ROLLBACK", []).map(|_| ()))?
    });
    assert_eq!(ended.unwrap_err().kind, Kind::StorageFull);
    assert_eq!(names(&connection), [""; 0]);
}
